import { Tabs } from '../ui/tabs';

/** Of the runs of all tenants: those that are over, and those that are not. */
export const AllRunsTabs = () => (
  <Tabs
    label="Runs of all tenants"
    tabs={[
      { text: 'Over', href: '/runs' },
      { text: 'In flight', href: '/runs/in-flight' },
    ]}
  />
);
