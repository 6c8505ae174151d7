/** What comes, in its order; `quiet` whenever nothing came for so long, so that a stream can say that it is there. */
export async function * untilQuiet<Item> (items: AsyncGenerator<Item, void, undefined>, quietMs: number): AsyncGenerator<Item | 'quiet', void, undefined> {
  try {
    for (let coming = items.next(); ;) {
      const quiet = Promise.withResolvers<'quiet'>()
      const timer = setTimeout(() => quiet.resolve('quiet'), quietMs)
      const next = await Promise.race([coming, quiet.promise]).finally(() => clearTimeout(timer))
      if (next === 'quiet') {
        yield 'quiet'
        continue
      }
      if (next.done) return
      yield next.value
      coming = items.next()
    }
  } finally {
    // Not waited for: it may be waiting for news itself, and its signal ends it.
    items.return().catch(() => {})
  }
}
