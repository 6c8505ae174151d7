import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const takeAttemptsMax = 20

/**
 * Makes this process the only owner of `home`, or throws a plain sentence naming the other one. The lock is a file with the
 * owner's pid and start time, so a lock left behind by a killed process, or from before a reboot, counts for nothing.
 */
export function lockHome (home: string): HomeLock {
  const path = join(home, 'postgres.lock')
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) })
  for (let attempt = 0; attempt < takeAttemptsMax; attempt++) {
    if (placeLock(path, mine)) return { release: () => { if (textOf(path) === mine) rmSync(path, { force: true }) } }
    const theirs = textOf(path)
    if (theirs === undefined) continue
    const holder = holderIn(theirs)
    if (holder && startOf(holder.pid) === holder.started) {
      throw new Error(`another kahub (pid ${holder.pid}) is using ${home}: stop it first, or set KAHUB_HOME to another folder`)
    }
    removeStale(path, theirs)
  }
  throw new Error(`${path} could not be taken: several kahub processes are starting on it at once`)
}

export type HomeLock = { release (): void }

/** When a process began, as a word that no other process with the same pid shares; undefined when there is none alive. */
export function startOf (pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: {} }).trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // proc(5): the state is the third field of the line and the start time, in ticks since boot, the twenty-second.
    if (fields[0] === 'Z') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** A hard link appears whole or not at all, so nobody ever reads half a lock. */
function placeLock (path: string, text: string): boolean {
  const draft = draftOf(path)
  writeFileSync(draft, text, { flag: 'wx', mode: 0o644 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft)
  }
}

/** Between reading a stale lock and removing it another process may have put its own there; that one is put back. */
function removeStale (path: string, stale: string): void {
  const aside = draftOf(path)
  try {
    renameSync(path, aside)
    if (textOf(aside) !== stale) linkSync(aside, path)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

const draftOf = (path: string): string => `${path}.${process.pid}.${randomBytes(4).toString('hex')}`

function textOf (path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function holderIn (text: string): { pid: number, started: string } | undefined {
  try {
    return JSON.parse(text) as { pid: number, started: string }
  } catch {
    return undefined
  }
}
