// Links' pages in memory: a link is read once in a while, by whoever comes first, and its page printed when what it shows has changed.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { ShownLink } from '../../domain/links/link.ts'
import { readShownLink } from '../../domain/links/shown-link.ts'
import type { World } from '../../domain/world.ts'
import { factsOf, type PageFacts } from './page-facts.ts'
import type { LinkVariant } from './link-page.ts'

/** A page may be so old: so long after a pause it may still be shown; that nothing can be bought is judged at the start, at once. */
export const pageAgeMs = 300
/** For so long a slug that named nothing is not looked up again. */
export const unknownAgeMs = 1_000
export const linksInMemoryMax = 1_000
const unknownInMemoryMax = 10_000

/** A page that is ready to be sent. */
export interface ReadyPage { readonly etag: string, readonly plain: Buffer, packed (): Buffer }

/** A link as it was at most `pageAgeMs` ago. */
export interface LinkInMemory {
  readonly world: World
  readonly link: ShownLink
  readonly facts: PageFacts
  /** Its page, printed when it is first wanted. */
  page (variant: LinkVariant): ReadyPage
}

export interface PageMemory {
  /** The link when it is in memory and young enough, `unknown` when it is known that there is none; undefined: it has to be read. */
  recall (slug: string): LinkInMemory | 'unknown' | undefined
  /** Whether the link was ever read and is still in memory, however old. */
  remembers (slug: string): boolean
  /** Reads the link; those who ask meanwhile wait for the same reading. */
  read (slug: string): Promise<LinkInMemory | 'unknown'>
}

type Print = (world: World, link: ShownLink, facts: PageFacts, variant: LinkVariant) => string

/** Opens the memory of this process; `print` makes the page of facts. */
export function openPageMemory (worldOf: (slug: string) => World, print: Print): PageMemory {
  const links = new Map<string, Kept>()
  const unknown = new Map<string, number>()
  const readings = new Map<string, Promise<LinkInMemory | 'unknown'>>()

  const readNow = async (slug: string): Promise<LinkInMemory | 'unknown'> => {
    const world = worldOf(slug)
    // The age counts from before the reading: what changed while it ran may be missing from it.
    const readAtMs = world.clock()
    const link = await readShownLink(world.db, slug)
    const before = links.get(slug)
    links.delete(slug)
    if (link === undefined) {
      keep(unknown, slug, readAtMs + unknownAgeMs, unknownInMemoryMax)
      return 'unknown'
    }
    unknown.delete(slug)
    const facts = factsOf(link, world.gateways.current, readAtMs)
    const key = JSON.stringify(facts)
    const pages = before?.key === key ? before.pages : new Map<string, ReadyPage>()
    const found: LinkInMemory = { world, link, facts, page: variant => pageOf(pages, variant, () => print(world, link, facts, variant)) }
    keep(links, slug, { goodUntilMs: Math.min(readAtMs + pageAgeMs, turnOf(facts)), key, pages, found }, linksInMemoryMax)
    return found
  }

  return {
    recall (slug) {
      const kept = links.get(slug)
      if (kept !== undefined) return kept.goodUntilMs > kept.found.world.clock() ? kept.found : undefined
      const untilMs = unknown.get(slug)
      return untilMs !== undefined && untilMs > worldOf(slug).clock() ? 'unknown' : undefined
    },
    remembers: slug => links.has(slug),
    read (slug) {
      let reading = readings.get(slug)
      if (reading === undefined) {
        reading = readNow(slug).finally(() => readings.delete(slug))
        readings.set(slug, reading)
      }
      return reading
    }
  }
}

interface Kept { readonly goodUntilMs: number, readonly key: string, readonly pages: Map<string, ReadyPage>, readonly found: LinkInMemory }

/** When the link begins or ends, which a page does not outlive. */
function turnOf ({ countdown }: PageFacts): number {
  return countdown === null ? Infinity : countdown.atMs
}

/** Keeps a value as the newest; the oldest go when there are too many. */
function keep<Value> (map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key)
  if (map.size >= max) map.delete(map.keys().next().value!)
  map.set(key, value)
}

function pageOf (pages: Map<string, ReadyPage>, { language, embedded, challenged }: LinkVariant, print: () => string): ReadyPage {
  const name = `${language}${embedded ? ' embedded' : ''}${challenged ? ' challenged' : ''}`
  let page = pages.get(name)
  if (page === undefined) {
    const plain = Buffer.from(print())
    let packed: Buffer | undefined
    // Weak (RFC 9110 §8.8.1): packed or not, it is the same page.
    const etag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, etagLength)}"`
    const pack = () => {
      packed ??= gzipSync(plain)
      return packed
    }
    page = { etag, plain, packed: pack }
    pages.set(name, page)
  }
  return page
}

const etagLength = 16
