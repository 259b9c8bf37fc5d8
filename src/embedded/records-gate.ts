/**
 * The door of the embedded database: PGlite's own socket takes any password, and a start of the wrong form
 * keeps it busy for ever. What comes in here is of the right form and knows the password, or is refused.
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

const PROTOCOL_3_0 = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
/** Of PostgreSQL itself: MAX_STARTUP_PACKET_LENGTH. */
const LONGEST_START = 10_000;
const LONGEST_PASSWORD = 1_024;
/** From the first byte until the password is there. */
const LIMIT_MS = 10_000;

export interface GateOptions {
  /** Unix socket of the database itself. */
  readonly inner: string;
  readonly password: string;
  /** 0: any free port. */
  readonly port: number;
  readonly maximumConnections: number;
}

/** Listens on 127.0.0.1. */
export async function openGate(options: GateOptions): Promise<Server> {
  const gate = createServer((socket) => admit(socket, options));
  gate.maxConnections = options.maximumConnections;
  await new Promise<void>((resolve, reject) => {
    gate.once('error', reject);
    gate.listen(options.port, '127.0.0.1', resolve);
  });
  return gate;
}

/** A refused one is told why, as PostgreSQL would tell it, and closed. */
function admit(socket: Socket, { inner, password }: GateOptions): void {
  let received = Buffer.alloc(0);
  let start: Buffer | null = null;
  socket.on('error', () => socket.destroy());
  const late = setTimeout(() => socket.destroy(), LIMIT_MS);
  socket.once('close', () => clearTimeout(late));
  const refuse = (code: string, message: string): void => {
    socket.off('data', read);
    socket.end(errorResponse(code, message));
  };
  const read = (piece: Buffer): void => {
    received = Buffer.concat([received, piece]);
    if (start === null) {
      const begun = startOf(received);
      if (begun === 'more') return;
      if (begun === 'malformed') return refuse('08P01', 'invalid start of a connection');
      if (begun === 'encryption') {
        received = received.subarray(8);
        socket.write('N');
        if (received.length > 0) read(Buffer.alloc(0));
        return;
      }
      start = received.subarray(0, begun);
      received = received.subarray(begun);
      socket.write(CLEARTEXT_PASSWORD);
    }
    const given = passwordOf(received);
    if (given === 'more') return;
    if (given === 'malformed' || !isSame(given.password, password))
      return refuse('28P01', 'password authentication failed');
    clearTimeout(late);
    socket.off('data', read);
    socket.pause();
    join(socket, inner, Buffer.concat([start, received.subarray(given.length)]));
  };
  socket.on('data', read);
}

function join(socket: Socket, path: string, first: Buffer): void {
  const database = connect({ path });
  database.on('error', () => socket.destroy());
  socket.on('close', () => database.destroy());
  database.once('connect', () => {
    database.write(first);
    socket.pipe(database);
    database.pipe(socket);
  });
}

/** Length of the message that begins a session; `encryption`: a question that is answered with no. */
function startOf(received: Buffer): number | 'encryption' | 'more' | 'malformed' {
  if (received.length < 8) return 'more';
  const [length, code] = [received.readInt32BE(0), received.readInt32BE(4)];
  if (length === 8 && (code === SSL_REQUEST || code === GSS_REQUEST)) return 'encryption';
  if (code !== PROTOCOL_3_0 || length < 9 || length > LONGEST_START) return 'malformed';
  return received.length < length ? 'more' : length;
}

/** `p`, the length of what follows with itself, the password, a zero byte. */
function passwordOf(
  received: Buffer,
): { readonly password: string; readonly length: number } | 'more' | 'malformed' {
  if (received.length < 5) return 'more';
  const length = received.readInt32BE(1);
  if (received[0] !== 0x70 || length < 5 || length > LONGEST_PASSWORD) return 'malformed';
  if (received.length < 1 + length) return 'more';
  return { password: received.subarray(5, length).toString('utf8'), length: 1 + length };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

const CLEARTEXT_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
