// Power cuts: PostgreSQL stands on a file system in a file. At a moment of chance it is frozen, and the file is copied as it is: what was
// written and not yet flushed is in the kernel's memory alone, and is not in the copy, as it would not be on a disk after a power cut. A
// second PostgreSQL recovers the copy, and every order that was acknowledged before the freeze must be in it.
//
// What it shows: nothing is acknowledged that was not flushed. What it does not: a disk that lies about having flushed, or that tears a
// sector. Where such a file system cannot be mounted (it takes root), the data files themselves are copied: that shows that what was
// acknowledged was handed to the kernel, and that a torn moment recovers, and not that it was flushed.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Ending } from '../../bench/ending.ts'
import { openJournal, type Entry } from '../judge/journal.ts'
import { raiseCrowd } from './crowd.ts'
import { reasonOf, unmount } from './make-room.ts'
import { makeHome, openRig, type Rig, type Say } from './open-rig.ts'
import { factsOf, faultsOf, type Outcome } from './outcome.ts'
import { prove } from './prove.ts'

export interface PowerCutWish {
  readonly seed: number
  readonly cuts: number
  /** Settings that PostgreSQL has beside its own: to see that the rig would find a loss. */
  readonly settings?: Readonly<Record<string, string>>
}

const run = promisify(execFile)
const resellers = 8
const skus = 8
/** Of each SKU, for every cut. */
const codesPerCut = 2_000
const scarceCodes = 100
const buyers = 24
const gapMs = [900, 2_600] as const
const diskMebibytes = 900
const copyAttemptsMax = 40

/** Cuts the power so often. */
export async function runPowerCuts (ending: Ending, say: Say, { seed, cuts, settings }: PowerCutWish): Promise<Outcome> {
  const home = await makeHome(ending, 'power-cut')
  const disk = await makeDisk(ending, home, say)
  const rig = await openRig(ending, say, {
    name: 'power-cut',
    seed,
    resellers,
    skus,
    codesEach: codesPerCut * (cuts + 1),
    faults: 'kills only',
    home: disk?.folder ?? home,
    ...(settings && { settings })
  })
  // Journals are the clients': their machines have power.
  const journals = join(home, 'heard')
  await mkdir(journals)
  const crowd = await raiseCrowd(rig, { buyers, scarceCodes, journals })
  const { tally } = crowd
  const random = rig.random.branch('cuts')
  const faults: string[] = []
  let lost = 0
  let double = 0
  let looked = 0
  for (let cut = 1; cut <= cuts; cut++) {
    await pause(random.between(...gapMs))
    const before = join(home, `cut-${cut}`)
    await rig.postgres.freeze()
    // What clients have heard until now was acknowledged before the power went.
    await mkdir(before)
    await chmod(before, 0o711)
    await cp(journals, join(before, 'journals'), { recursive: true })
    endOpenSendings(join(before, 'journals'))
    const acknowledged = tally.acknowledged.size
    await (disk ? disk.copyTo(before) : run('cp', ['-a', rig.postgres.data, join(before, 'data')]))
    await rig.postgres.thaw()
    const proven = await judgeCopy(ending, rig, { before, data: disk ? undefined : join(before, 'data'), disk }, say)
    say(`  cut ${cut}: ${acknowledged} orders acknowledged, ${proven.faults.length} faults`)
    faults.push(...proven.faults.map(fault => `cut ${cut}: ${fault}`))
    lost += proven.lost
    double += proven.double
    looked += proven.looked
    await rm(before, { recursive: true, force: true })
  }
  await crowd.stop()
  return {
    run: 'power cuts',
    seed,
    facts: [
      ['cuts', `${cuts}, ${disk ? 'of a disk that has only what was flushed to it' : 'of the data files as the kernel has them'}`],
      ...factsOf(tally, { faults, lost, double, looked })
    ],
    faults: [...faults, ...faultsOf(rig, tally)],
    lost,
    double
  }
}

/** Who was being answered when the power went has heard nothing, and what was decided for them may stand. */
function endOpenSendings (folder: string): void {
  const open = new Map<string, { readonly reseller: string, readonly reference: string, count: number }>()
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').filter(line => line !== '')) {
      const entry = JSON.parse(line) as Entry
      if (!('reference' in entry)) continue
      const { reseller, reference } = entry
      const sending = open.get(`${reseller} ${reference}`) ?? { reseller, reference, count: 0 }
      sending.count += entry.kind === 'sent' ? 1 : -1
      open.set(`${reseller} ${reference}`, sending)
    }
  }
  const journal = openJournal(folder, 'cut')
  for (const { reseller, reference, count } of open.values()) {
    for (let n = 0; n < count; n++) journal.write({ kind: 'unheard', atMs: Date.now(), reseller, reference, reason: 'the power went' })
  }
  journal.close()
}

interface Cut { readonly before: string, readonly data: string | undefined, readonly disk: Disk | undefined }

async function judgeCopy (ending: Ending, rig: Rig, { before, data, disk }: Cut, say: Say) {
  const mounted = disk && await disk.mountCopy(before)
  const copy = await rig.postgres.openCopy(ending, data ?? join(mounted!, relative(disk!.folder, rig.postgres.data)))
  try {
    return await prove(copy.url, join(before, 'journals'), say, 'under way')
  } finally {
    await copy.stop()
    if (mounted) await unmount(mounted)
  }
}

interface Disk {
  readonly folder: string
  /** Copies what the disk has, while nobody writes to it. */
  copyTo (folder: string): Promise<void>
  mountCopy (folder: string): Promise<string>
}

/** A file with ext4 in it, mounted; undefined, and told, where that is not allowed. */
async function makeDisk (ending: Ending, home: string, say: Say): Promise<Disk | undefined> {
  const file = join(home, 'disk.ext4')
  const folder = join(home, 'disk')
  await mkdir(folder)
  try {
    await run('truncate', ['-s', `${diskMebibytes}M`, file])
    await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', file])
    // Only what PostgreSQL asks for is written to the file soon; the journal is not in a hurry by itself.
    await run('mount', ['-o', 'loop,commit=600', file, folder])
  } catch (error) {
    say(`left out: a disk that has only what was flushed (it cannot be mounted: ${reasonOf(error)}); the data files are copied instead`)
    return undefined
  }
  ending.add(() => unmount(folder))
  await chmod(folder, 0o711)
  const written = async () => {
    const { mtimeNs, blocks } = await stat(file, { bigint: true })
    return `${mtimeNs} ${blocks}`
  }
  return {
    folder,
    async copyTo (to) {
      // The kernel may write back by itself meanwhile: then the copy is of no single moment, and is taken again.
      for (let attempt = 0; attempt < copyAttemptsMax; attempt++) {
        const before = await written()
        await copyFile(file, join(to, 'disk.ext4'))
        if (await written() === before) return
      }
      throw new Error('the disk did not stand still')
    },
    async mountCopy (from) {
      const at = join(from, 'disk')
      await mkdir(at)
      await run('mount', ['-o', 'loop', join(from, 'disk.ext4'), at])
      ending.add(() => unmount(at).catch(() => {}))
      return at
    }
  }
}
