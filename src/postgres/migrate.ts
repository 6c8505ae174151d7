// Migrations: numbered SQL, forward only, applied to each world's schema in one transaction a file, under an advisory
// lock, so that any number of processes may start at once.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { worlds, type World } from '../../schema/vocabulary.ts'
import { openOwner, roleOf, type Db } from './pool.ts'
import { failureKind } from './failure.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'

const migrationLock = 6_814_000_001n
/** A file that met the previous release at work in a circle of locks, or waited too long for it, is tried so often. */
export const migrationAttemptsMax = 20
/** Whoever asks for the same table waits behind a migration that waits. */
const lockWaitMs = 1_000
const retryMs = 250
export const postgresVersionMin = 150_000
const migrationsFolder = new URL('../../migrations/', import.meta.url)

/** Brings both worlds of a database to the newest migration, or to the one named; returns what was applied, as "world/file". */
export async function migrate (url: string, last?: string): Promise<readonly string[]> {
  const files = (await readMigrations()).filter(({ name }) => last === undefined || name <= last)
  const owner = openOwner(url)
  try {
    const connection = await owner.reserve()
    await refuseOldServer(connection)
    await connection`select pg_advisory_lock(${migrationLock}::bigint)`
    const applied: string[] = []
    for (const world of worlds) {
      await prepareWorld(connection, world)
      for (const file of files) if (await applyOnce(connection, world, file)) applied.push(`${world}/${file.name}`)
    }
    await connection`select pg_advisory_unlock(${migrationLock}::bigint)`
    connection.release()
    return applied
  } finally {
    await owner.end({ timeout: 1 })
  }
}

/** The newest migration this code knows; a database behind it is not ready. */
export async function newestMigration (): Promise<string> {
  return (await readMigrations()).at(-1)!.name
}

/** The newest migration a world has had. */
export async function appliedMigration (db: Db): Promise<string | undefined> {
  const [row] = await db<{ name: string }[]>`select name from migrations order by name desc limit 1`
  return row?.name
}

interface Migration { readonly name: string, readonly text: string, readonly sha256: string }

async function readMigrations (): Promise<readonly Migration[]> {
  const names = (await readdir(migrationsFolder)).filter(name => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
  return Promise.all(names.map(async name => {
    const text = await readFile(new URL(name, migrationsFolder), 'utf8')
    return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
  }))
}

type Connection = postgres.ReservedSql

async function refuseOldServer (connection: Connection): Promise<void> {
  const [row] = await connection<{ version: number }[]>`select current_setting('server_version_num')::int as version`
  if (row!.version < postgresVersionMin) throw new Error(`kahub needs PostgreSQL 15 or newer; this server is ${Math.floor(row!.version / 10_000)}`)
}

async function prepareWorld (connection: Connection, world: World): Promise<void> {
  const role = roleOf(world)
  // Roles belong to the whole server: another database's migration may be making the same one, or its owner has made it for an
  // account that may not. Whether we can become it is tried, because since PostgreSQL 16 being a member does not say so.
  await connection.unsafe(`
    do $$ begin
      if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
    exception when duplicate_object or unique_violation then null;
    end $$;
    do $$ begin
      set local role ${role};
      reset role;
    exception when insufficient_privilege then
      begin
        grant ${role} to current_user;
      exception when unique_violation then null;
      end;
    end $$;
    create schema if not exists ${world};
    grant usage on schema ${world} to ${role};
    alter default privileges in schema ${world} grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema ${world} grant usage, select on sequences to ${role};
    create table if not exists ${world}.migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now());
  `)
}

async function applyOnce (connection: Connection, world: World, file: Migration): Promise<boolean> {
  const [seen] = await connection.unsafe<{ sha256: string }[]>(`select sha256 from ${world}.migrations where name = $1`, [file.name])
  if (seen) {
    if (seen.sha256 !== file.sha256) throw new Error(`the migration ${file.name} was changed after it was applied to ${world}; migrations only go forward`)
    return false
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.unsafe(`begin; set local search_path = ${world}; set local lock_timeout = ${lockWaitMs}; ${file.text};
        insert into ${world}.migrations (name, sha256) values ('${file.name}', '${file.sha256}'); commit`)
      return true
    } catch (error) {
      await connection`rollback`
      // Its locks stand against those of a process that works meanwhile: nothing of it is left, and it is done again.
      if (failureKind(error) !== 'transient' || attempt >= migrationAttemptsMax) throw error
      await pause(retryMs)
    }
  }
}
