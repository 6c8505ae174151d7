// A small file system for the database, which can be full, or can be copied as a power cut would leave it. It takes root.
import { execFile } from 'node:child_process'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Ending } from '../../bench/ending.ts'

const run = promisify(execFile)

export interface Room {
  readonly folder: string
  /** Takes what is left of it. */
  fill (): Promise<void>
  /** Gives it back. */
  clear (): Promise<void>
}

const smallestPiece = 4_096
const largestPiece = smallestPiece * 4 ** 7

/** Mounts a file system in memory of so many MiB; undefined, with why not in `say`, when that is not allowed. */
export async function makeSmallRoom (
  ending: Ending, home: string, mebibytes: number, say: (line: string) => void
): Promise<Room | undefined> {
  const folder = join(home, 'room')
  const ballast = join(folder, 'ballast')
  await mkdir(folder)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
  } catch (error) {
    say(`left out: a full disk (a small file system cannot be mounted: ${reasonOf(error)})`)
    return undefined
  }
  ending.add(() => unmount(folder))
  await chmod(folder, 0o711)
  return {
    folder,
    async fill () {
      let size = 0
      for (let piece = largestPiece; piece >= smallestPiece;) {
        // All of a piece or nothing; others take of the room meanwhile.
        const taken = await run('fallocate', ['-o', String(size), '-l', String(piece), ballast]).then(() => true, () => false)
        if (taken) size += piece
        else piece /= 4
      }
    },
    clear: () => rm(ballast, { force: true })
  }
}

/** Unmounts, waiting for whoever still has a file open in it to go. */
export async function unmount (folder: string): Promise<void> {
  await run('umount', [folder]).catch(() => run('umount', ['-l', folder]))
}

/** What a program said when it failed, on one line. */
export function reasonOf (error: unknown): string {
  const { stderr, message } = error as { stderr?: string, message: string }
  return (stderr || message).trim().replaceAll('\n', ' ')
}
