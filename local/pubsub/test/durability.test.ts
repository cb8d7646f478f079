import { describeDurability } from './support/durability';

describeDurability(false);
