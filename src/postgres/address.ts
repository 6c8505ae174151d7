/**
 * Reads a database URL in libpq's forms and gives what `postgres(url, options)` of porsager needs. Beside the ordinary
 * `postgres://user:password@host:port/database` it knows the Unix socket form of libpq (PostgreSQL manual, 34.1.1.2), which
 * porsager does not: `postgres://kahub@localhost/kahub?host=%2Frun%2Fpostgresql&port=5432`. There the `host` parameter, a
 * folder, wins over the host of the authority. psql, pgbench and pg_dump take the same string. Throws on anything that is no URL.
 */
export function addressOf (url: string): Address {
  const read = URL.canParse(url) ? new URL(url) : undefined
  if (!read || !/^postgres(ql)?:$/.test(read.protocol)) throw new Error('A database URL looks like postgres://user@host:5432/database.')
  const host = read.searchParams.get('host')
  const port = read.searchParams.get('port') ?? (read.port || '5432')
  read.searchParams.delete('host')
  read.searchParams.delete('port')
  if (host === null) return { url: read.href, options: { port: Number(port) } }
  if (host.startsWith('/')) return { url: read.href, options: { path: `${host}/.s.PGSQL.${port}` } }
  return { url: read.href, options: { host, port: Number(port) } }
}

export type Address = { url: string, options: { path?: string, host?: string, port?: number } }

/** The same server and account, another database. */
export function databaseUrl (url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}
