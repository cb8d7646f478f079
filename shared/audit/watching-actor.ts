import type { HttpRequest } from '../http/route';
import type { Actor } from './audit-entry';

/** The same request, and who makes it. `actorOf` throws where nobody was recognised yet. */
export function watchingActor(request: HttpRequest): {
  readonly request: HttpRequest;
  readonly actorOf: () => Actor;
} {
  let actor: Actor | undefined;
  return {
    request: {
      ...request,
      recognise(keyId, who) {
        actor = who;
        request.recognise(keyId, who);
      },
    },
    actorOf: () => {
      if (actor === undefined) throw new Error('Nobody was recognised before something was changed');
      return actor;
    },
  };
}
