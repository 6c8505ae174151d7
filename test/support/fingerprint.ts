import type { Db } from '../../src/postgres/pool.ts'

/**
 * A digest of every row of every table of both worlds, by table: equal before and after, nothing was changed. Left out are the
 * nonces and reveals, which a refused request may leave behind, and what goes with a key's first use: the version it is pinned
 * to, and the snapshot that tells of it.
 */
export async function fingerprintOf (db: Db): Promise<Readonly<Record<string, string>>> {
  const tables = await db<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('live', 'test') and tablename not in ('nonces', 'reveals', 'snapshots') order by 1`
  const digests = tables.map(({ name }) => `
    select '${name}' as name, coalesce(md5(string_agg(digest, '' order by digest)), '') as digest
    from (select md5((to_jsonb(t) - 'api_version')::text) as digest from ${name} t) digests`)
  const rows = await db.unsafe<{ name: string, digest: string }[]>(digests.join(' union all '))
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}
