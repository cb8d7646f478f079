/** Characters of a name or a value of somebody else's that a message shows. */
const longestShown = 100;

/** The text, cut short if it is long, so that a message stays readable and cheap whatever was sent. */
export const shorten = (text: string, longest = longestShown): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;
