import { connectionsPerProcessMax } from './compose.ts'
import type { Config } from './config.ts'

/** What went wrong at a start, as a sentence that says what to do; other errors as they tell it themselves. */
export function explainFailure (error: unknown, config: Config | undefined): string {
  if (!(error instanceof Error)) return String(error)
  const { code, syscall, path, port, hostname } = error as NodeJS.ErrnoException & { port?: number, hostname?: string }
  const place = `${config?.host}:${port}`
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE') return `${place} is taken by another program. Stop that one, or choose another port with PORT (PORT=0 takes any free one).`
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${config?.host}: set HOST to one of its own.`
    if (code === 'EACCES') return `You may not listen on ${place}: choose a PORT above 1023.`
  }
  if (syscall === 'getaddrinfo' && hostname !== undefined && hostname === config?.host) return `HOST ${hostname} is not an address of this machine.`
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) {
    return `${path} is not ours to write (${code}). Set KAHUB_HOME to a folder that belongs to you.`
  }
  return config?.databaseUrl === undefined || (path !== undefined && syscall !== 'connect') ? error.message : explainDatabase(code, error.message)
}

/** Failures of the Postgres that DATABASE_URL names: network errors and SQLSTATE (PostgreSQL documentation, appendix A). */
function explainDatabase (code: string | undefined, said: string): string {
  switch (code) {
    case 'ECONNREFUSED': case 'ENOTFOUND': case 'EAI_AGAIN': case 'ETIMEDOUT': case 'EHOSTUNREACH': case 'ENOENT': case 'CONNECT_TIMEOUT':
      return `No PostgreSQL answers at DATABASE_URL (${said}). Is it running, and are host and port right?`
    case '28P01': case '28000':
      return `PostgreSQL refuses the account of DATABASE_URL: ${said}.`
    case '3D000':
      return `DATABASE_URL names a database that is not there: ${said}. Make it with createdb.`
    case '42501':
      return `The account of DATABASE_URL may not do this: ${said}. It needs CREATE on the database and CREATEROLE; instead of CREATEROLE ` +
        'an administrator may say: create role kahub_live nologin; create role kahub_test nologin; grant kahub_live, kahub_test to <account>;'
    case '53300':
      return `PostgreSQL has no connection left (${said}). Raise max_connections: each process of kahub may want ${connectionsPerProcessMax}.`
    case '42P01': case '22023': case '3F000':
      return `The database is not migrated (${said}). Run: npm run migrate`
    default:
      return said
  }
}
