import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The longest Unix socket path used; sun_path holds 108 bytes on Linux and 104 on macOS, its final zero included. */
const socketPathBytesMax = 99

/** Who PostgreSQL runs as: an unprivileged account when we are root (it refuses root), nobody named when it is ourselves. */
export type Account = { uid?: number, gid?: number }

/** Where an embedded PostgreSQL keeps its things. Everything below `folder` belongs to `account` and is closed to others. */
export type Place = { account: Account, folder: string, data: string, log: string, sockets: string, socketsAreTemporary: boolean }

/**
 * Makes `home` and gives its true path. Root opens it for passing through (0711), because PostgreSQL's account must get below;
 * but never root's own home folder, where others rely on its being closed.
 */
export async function openHome (home: string): Promise<string> {
  await mkdir(home, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  const path = await realpath(home)
  if (isRoot() && path !== homedir() && ((await stat(path)).mode & 0o011) !== 0o011) await chmod(path, 0o711)
  return path
}

/**
 * Chooses and makes the folders of an embedded PostgreSQL for `home`: below it, or, when the account PostgreSQL runs as cannot
 * get there (root's checkout under a 0700 folder), in /var/tmp, which is told to `log`.
 */
export async function choosePlace (home: string, log: (line: string) => void): Promise<Place> {
  const below = join(home, 'postgres')
  const account = isRoot() ? await ownerOf(below) ?? await nobody() : {}
  const reached = await reaches(account, home)
  const folder = reached ? below : join('/var/tmp', await nameAway(home))
  if (!reached) log(`PostgreSQL runs as uid ${account.uid}, which cannot enter ${home}; the data is kept in ${folder}`)
  await openOwn(folder, account)

  const near = join(folder, 'socket')
  const far = join(await shortTemporary(account), `kahub-${hashOf(folder)}`)
  const sockets = Buffer.byteLength(join(near, '.s.PGSQL.65535')) <= socketPathBytesMax ? near : far
  await openOwn(sockets, account)
  const logs = join(folder, 'log')
  await openOwn(logs, account)
  return { account, folder, data: join(folder, 'data'), log: logs, sockets, socketsAreTemporary: sockets === far }
}

/** The name of a folder outside `home` is kept in `home`, so that who deletes `home` begins anew, and not on data whose keys are gone. */
async function nameAway (home: string): Promise<string> {
  const note = join(home, 'postgres-away')
  const kept = await readFile(note, 'utf8').catch((error: NodeJS.ErrnoException) => { if (error.code !== 'ENOENT') throw error })
  if (kept !== undefined) {
    if (!/^kahub-[0-9a-f]{12}\n$/.test(kept)) throw new Error(`${note} names no folder of ours; delete it to begin anew`)
    return kept.trim()
  }
  const name = `kahub-${randomBytes(6).toString('hex')}`
  await writeFile(note, name + '\n', { mode: 0o600 })
  return name
}

const isRoot = (): boolean => process.getuid?.() === 0

const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 12)

/** Data made by an ordinary user stays that user's when root starts it later. */
async function ownerOf (folder: string): Promise<Account | undefined> {
  const found = await lstat(folder).catch(() => undefined)
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined
}

async function nobody (): Promise<Account> {
  const line = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').find(entry => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  // /etc/passwd of macOS says -2, which a process call wants as an unsigned number.
  return { uid: Number(uid ?? 65534) >>> 0, gid: Number(gid ?? 65534) >>> 0 }
}

/** Asks the system by trying, so that access lists and mount options count too. */
async function reaches (account: Account, folder: string): Promise<boolean> {
  if (account.uid === undefined) return true
  const entering = promisify(execFile)('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...account, cwd: '/', env: {} })
  return await entering.then(() => true, () => false)
}

/** Makes a folder that only `account` may enter; one that is there already must be its own, not planted by another user. */
async function openOwn (folder: string, account: Account): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
  const found = await lstat(folder)
  const owner = account.uid ?? process.getuid?.() ?? found.uid
  if (!found.isDirectory()) throw new Error(`${folder} is in the way: a folder is needed there`)
  if (found.uid === 0 && account.uid !== undefined) await chown(folder, owner, account.gid ?? owner)
  else if (found.uid !== owner) {
    throw new Error(`${folder} belongs to another user (uid ${found.uid}): run kahub as that user, or set KAHUB_HOME to another folder`)
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700)
}

async function shortTemporary (account: Account): Promise<string> {
  const wanted = tmpdir()
  return Buffer.byteLength(wanted) < socketPathBytesMax / 2 && await reaches(account, wanted) ? wanted : '/tmp'
}
