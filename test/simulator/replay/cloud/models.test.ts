import { describeModels } from './property/models-property';

describeModels(2);
