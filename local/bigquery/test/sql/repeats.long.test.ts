// Every case of what npm test shows by a few.
import './repeats.test';
