import { useEffect, useState } from 'preact/hooks';

/** The time, moving on while `isMoving` and the tab can be seen. @param everyMs how often, in milliseconds */
export function useNow(isMoving: boolean, everyMs = 250): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (!isMoving) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, everyMs);
    return () => clearInterval(timer);
  }, [isMoving, everyMs]);
  return now;
}
