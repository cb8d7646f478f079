import { render } from 'preact';
import { App } from './app/app';
import { resumeSession } from './app/session';
import { applyTheme } from './app/theme';

applyTheme();
const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no element #console');
// Whoever needs no key (a laptop, Identity-Aware Proxy) or has asked for its key to be kept is not asked again.
resumeSession().finally(() => {
  place.replaceChildren();
  render(<App />, place);
});
