import { useAction } from '../data/use-action';
import { ProblemNotice } from '../ui/notice';
import { saveFile } from './save-file';

interface DownloadProps {
  /** On the button. */
  readonly text: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** The parts of the file, as the interface sends them. */
  readonly parts: () => AsyncIterable<string>;
}

/** A button that fetches a list or an export to its end, and has the browser save it. */
export function Download({ text, fileName, mediaType, parts }: DownloadProps) {
  const action = useAction(async () => {
    const fetched: string[] = [];
    for await (const part of parts()) fetched.push(part);
    saveFile(fileName, mediaType, fetched);
  });
  return (
    <>
      <button
        type="button"
        aria-disabled={action.isBusy}
        aria-busy={action.isBusy}
        onClick={() => action.start()}
      >
        {action.isBusy ? 'Fetching …' : text}
      </button>
      {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
    </>
  );
}
