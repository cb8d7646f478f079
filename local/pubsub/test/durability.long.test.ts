import { describeDurability } from './support/durability';

describeDurability(true);
