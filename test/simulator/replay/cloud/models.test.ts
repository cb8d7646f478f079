import { describeModels } from './property/models-property';

describeModels(1);
