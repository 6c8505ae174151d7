// A copy of what is committed, for bugs to be planted in; the working tree is never touched.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './bugs.ts'

export interface Scratch {
  /** The root of the copy. */
  readonly folder: string
  /** The folder for temporary files of what runs in it. */
  readonly temporary: string
  plant (patch: string): void
  /** Takes out what was planted. */
  restore (patch: string): void
  remove (): void
}

/** Copies the commit that is checked out into a folder of its own, with the packages of the working tree. */
export function openScratch (): Scratch {
  const place = mkdtempSync(join(tmpdir(), 'kahub-teeth-'))
  const [folder, temporary] = [join(place, 'kahub'), join(place, 'tmp')]
  mkdirSync(folder)
  mkdirSync(temporary)
  // PostgreSQL does not run as root, and its account must get in.
  if (process.getuid?.() === 0) for (const path of [place, temporary]) chmodSync(path, 0o1777)
  const archive = join(place, 'kahub.tar')
  execFileSync('git', ['archive', '--output', archive, 'HEAD'], { cwd: root })
  execFileSync('tar', ['-xf', archive, '-C', folder])
  rmSync(archive)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    folder,
    temporary,
    plant: patch => applyPatch(folder, [patch]),
    restore: patch => applyPatch(folder, ['--reverse', patch]),
    remove: () => rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Applies a patch to a tree, wherever its lines have moved to; throws when they are not there. */
export function applyPatch (folder: string, words: readonly string[]): void {
  // Below a repository git would take the paths for the repository's.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) }
  execFileSync('git', ['apply', ...words], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
}
