// What processes cost, from /proc (Linux only): CPU by the scheduler's own nanoseconds, and resident memory.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const sampleMs = 100

/** CPU time used so far, in nanoseconds, by process id. */
export type CpuReading = ReadonlyMap<number, number>

/** Reads the CPU time of processes, all their threads included. One that has ended is left out. */
export function readCpu (pids: readonly number[]): CpuReading {
  const reading = new Map<number, number>()
  for (const pid of pids) {
    const used = cpuOf(pid)
    if (used !== undefined) reading.set(pid, used)
  }
  return reading
}

/** Nanoseconds between two readings. A process that ended in between is missed; one that began counts whole. */
export function cpuBetween (before: CpuReading, after: CpuReading): number {
  let used = 0
  for (const [pid, ns] of after) used += ns - (before.get(pid) ?? 0)
  return used
}

/** A process and its children: PostgreSQL's backends are all children of its postmaster. */
export function familyOf (pid: number): number[] {
  return [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(child => child > 0)]
}

/** Nanoseconds that children of a process used which have ended and been waited for; counted in ticks of 10 ms. */
export function endedChildrenNs (pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name in brackets, and may hold blanks; what follows it begins with the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[endedUserField - 3]) + Number(fields[endedSystemField - 3])) * tickNs
}

const endedUserField = 16
const endedSystemField = 17
const tickNs = 10_000_000

/** Resident memory of a process, in bytes. */
export function residentBytes (pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

/** Memory of a process with its share of what it shares (PSS), in bytes: sums over processes count nothing twice. */
export function proportionalBytes (pid: number): number {
  const match = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

/** Samples the resident memory of a process until `stop`, which gives what was seen. */
export function watchMemory (pid: number): { stop (): readonly number[] } {
  const samples = [residentBytes(pid)]
  const timer = setInterval(() => {
    // A server that ends by itself fails the measurement, not the sampling of it.
    if (existsSync(`/proc/${pid}/status`)) samples.push(residentBytes(pid))
  }, sampleMs)
  return {
    stop () {
      clearInterval(timer)
      return samples
    }
  }
}

function cpuOf (pid: number): number | undefined {
  try {
    let used = 0
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      used += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    }
    return used
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
