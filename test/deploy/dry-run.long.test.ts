// Every case of what npm test shows by a few.
import './dry-run.test';
