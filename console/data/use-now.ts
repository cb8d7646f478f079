import { useEffect, useState } from 'preact/hooks';
import { serverNow } from './server-time';

/** The server's time, moving on while `isMoving` and the tab can be seen. @param everyMs how often, in milliseconds */
export function useNow(isMoving: boolean, everyMs = 250): number {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    setNow(serverNow());
    if (!isMoving) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(serverNow());
    }, everyMs);
    return () => clearInterval(timer);
  }, [isMoving, everyMs]);
  return now;
}
