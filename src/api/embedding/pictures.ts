// Open Graph pictures, drawn beside the server's own thread: drawing one takes about a tenth of a second, in which nobody else would be
// answered. Threads are started when a picture is first wanted and end when none has been for a while.
import { Worker } from 'node:worker_threads'
import { Problem } from '../../base/problem.ts'
import type { DrawWish, Drawn } from './draw-picture.ts'
import { keepBounded } from './keep-bounded.ts'
import { pictureKey, type PictureWords } from './picture-words.ts'

/** Pictures drawn at a time. */
export const drawingMax = 2
/** Pictures that wait to be drawn; one more is refused. */
export const waitingMax = 32
/** How long a picture may take; the thread of one that takes longer is ended. */
export const drawMsMax = 5_000
const threadMegabytesMax = 256
const idleMsMax = 30_000
const keptMax = 500
const keptBytesMax = 48 * 1024 * 1024

export interface Pictures {
  /** The picture that says these words, as PNG; drawn once, however many ask. `before` may refuse to draw. Refuses with `overloaded`. */
  draw (words: PictureWords, width: number, before?: () => void): Promise<Buffer>
  /** Pictures drawn so far. */
  readonly count: number
  close (): Promise<void>
}

interface Job { readonly wish: DrawWish, readonly resolve: (png: Buffer) => void, readonly reject: (error: Error) => void }
interface Thread { readonly worker: Worker, readonly ended: Promise<unknown>, job: Job | undefined, timer: NodeJS.Timeout | undefined }

/** Draws pictures and keeps the newest. */
export function openPictures (): Pictures {
  const kept = keepBounded<Buffer>({ countMax: keptMax, sizeMax: keptBytesMax, sizeOf: png => png.byteLength })
  const waiting: Job[] = []
  const threads = new Set<Thread>()
  let count = 0
  let closed = false

  const start = (): Thread => {
    const worker = new Worker(new URL('./draw-picture.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'], env: {}, resourceLimits: { maxOldGenerationSizeMb: threadMegabytesMax }
    })
    const thread: Thread = { worker, ended: new Promise(resolve => worker.once('exit', resolve)), job: undefined, timer: undefined }
    threads.add(thread)
    worker.on('message', (drawn: Drawn) => {
      const job = finish(thread)
      if ('png' in drawn) {
        count++
        job?.resolve(Buffer.from(drawn.png.buffer))
      } else job?.reject(new Error(`the picture could not be drawn: ${drawn.failure}`))
      giveNext(thread)
    })
    worker.once('error', error => end(thread, error))
    worker.once('exit', () => end(thread, new Error('the drawing thread ended')))
    return thread
  }
  const finish = (thread: Thread): Job | undefined => {
    const { job } = thread
    clearTimeout(thread.timer)
    thread.job = undefined
    return job
  }
  const end = (thread: Thread, error: Error): void => {
    if (!threads.delete(thread)) return
    finish(thread)?.reject(error)
    void thread.worker.terminate()
    if (waiting.length > 0 && !closed) giveNext(start())
  }
  const giveNext = (thread: Thread): void => {
    const job = waiting.shift()
    if (job === undefined) {
      thread.worker.unref()
      thread.timer = setTimeout(() => end(thread, tooSlow()), idleMsMax).unref()
      return
    }
    thread.job = job
    thread.worker.ref()
    thread.timer = setTimeout(() => end(thread, tooSlow()), drawMsMax)
    thread.worker.postMessage(job.wish)
  }

  return {
    draw: (words, width, before = () => {}) => kept.get(pictureKey(words, width), () => new Promise((resolve, reject) => {
      before()
      if (closed || waiting.length >= waitingMax) return reject(tooMany())
      waiting.push({ wish: { words, width }, resolve, reject })
      const idle = [...threads].find(({ job }) => job === undefined)
      if (idle) {
        clearTimeout(idle.timer)
        giveNext(idle)
      } else if (threads.size < drawingMax) giveNext(start())
    })),
    get count () { return count },
    async close () {
      closed = true
      const all = [...threads]
      for (const job of waiting.splice(0)) job.reject(tooSlow())
      for (const thread of all) end(thread, tooSlow())
      await Promise.all(all.map(({ ended }) => ended))
    }
  }
}

function tooMany (): Problem {
  return new Problem('overloaded', 'Many pictures are being drawn; ask again shortly.')
}

function tooSlow (): Problem {
  return new Problem('overloaded', 'The picture took too long to draw; ask again shortly.')
}
