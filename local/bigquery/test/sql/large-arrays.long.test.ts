// Every case of what npm test shows by a few.
import './large-arrays.test';
