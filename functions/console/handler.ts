import { ServiceError } from '../../shared/errors';
import { entityTag, isKnownToCaller } from '../../shared/http/headers/entity-tags';
import type { HttpReply } from '../../shared/http/reply';
import type { HttpRequest, Route } from '../../shared/http/route';
import {
  assetsFolder,
  type ConsoleFile,
  type ConsoleFiles,
  type ContentCoding,
  contentCodings,
} from './console-files';

/**
 * The page runs its own scripts alone, asks nobody but its own host, and is in no other page's frame. So what could get
 * into it as text becomes no code, and a key that it holds goes nowhere else.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the page has no use for, and what somebody could have it use. */
const unusedFeatures = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'publickey-credentials-get',
  'usb',
];

const pageHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': unusedFeatures.map((feature) => `${feature}=()`).join(', '),
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
};

/** Its name has a hash of its bytes in it: another asset has another name. */
const assetHeaders = { 'Cache-Control': 'public, max-age=31536000, immutable' };
/** A browser keeps it, and asks each time whether it is still the one: so a new version is seen at once. */
const indexHeaders = { 'Cache-Control': 'no-cache' };

/**
 * The console: its assets, and its one page at every other path, which finds out by itself what to show there. Below
 * /api/ and /local/ it has nothing, so that a call that there is not is never answered by a page. Anybody may ask, and
 * as often as they like: so what was found is not logged.
 */
export function consoleRoutes(files: () => ConsoleFiles): readonly Route[] {
  return [
    {
      method: 'GET',
      path: `/${assetsFolder}/{name...}`,
      logsRefusalsOnly: true,
      handle: async (request) => {
        const asset = files().assets.get(request.path);
        if (asset === undefined) throw new ServiceError('not_found', 'There is no such file of the console');
        return fileReply(request, asset, assetHeaders);
      },
    },
    {
      method: 'GET',
      path: '/{page...}',
      except: ['api', 'local'],
      logsRefusalsOnly: true,
      handle: async (request) => fileReply(request, files().index, indexHeaders),
    },
  ];
}

function fileReply(
  request: HttpRequest,
  file: ConsoleFile,
  caching: Readonly<Record<string, string>>,
): HttpReply {
  const coding = codingFor(request.header('Accept-Encoding') ?? '', file);
  // Compressed it is another representation, whose tag must be another one: RFC 9110, section 8.8.3.3.
  const version = coding === undefined ? file.version : `${file.version}-${coding}`;
  const headers = { ...pageHeaders, ...caching, ...entityTag(version), Vary: 'Accept-Encoding' };
  if (isKnownToCaller(request, version)) return { status: 304, headers };
  return {
    status: 200,
    bytes: (coding && file.compressed.get(coding)) ?? file.bytes,
    headers: {
      ...headers,
      'Content-Type': file.contentType,
      ...(coding !== undefined && { 'Content-Encoding': coding }),
    },
  };
}

/** The best that the caller takes and the file has. https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding */
function codingFor(accepted: string, { compressed }: ConsoleFile): ContentCoding | undefined {
  const taken = new Map(
    accepted.split(',').map((part) => {
      const [name = '', weight = ''] = part.split(';', 2).map((each) => each.trim().toLowerCase());
      return [name, !/^q=0(\.0*)?$/.test(weight)] as const;
    }),
  );
  return contentCodings.find(
    ({ name }) => compressed.has(name) && (taken.get(name) ?? taken.get('*') ?? false),
  )?.name;
}
