// Every case of what npm test shows by a few.
import './handing-on.test';
