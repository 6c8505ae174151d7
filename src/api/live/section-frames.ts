// The parts of the host's page as server-sent events: all at first, then those that differ. They are printed once for each snapshot and
// language, however many look.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { printSections, type Sections } from './live-sections.ts'

export interface SectionFrames {
  whole (snapshot: LiveSnapshot, language: BuyerLanguage): string
  /** The parts that show otherwise than a snapshot before; a comment when none does. */
  difference (before: LiveSnapshot, snapshot: LiveSnapshot, language: BuyerLanguage): string
}

/** Opens a memory of what was printed of snapshots that are still in use. */
export function openSectionFrames (): SectionFrames {
  const printed = new WeakMap<LiveSnapshot, Map<BuyerLanguage, Sections>>()
  const sectionsOf = (snapshot: LiveSnapshot, language: BuyerLanguage): Sections => {
    const known = printed.get(snapshot) ?? new Map<BuyerLanguage, Sections>()
    printed.set(snapshot, known)
    const sections = known.get(language) ?? printSections(snapshot, language)
    known.set(language, sections)
    return sections
  }
  return {
    whole: (snapshot, language) => frame(snapshot.number, Object.entries(sectionsOf(snapshot, language))),
    difference (before, snapshot, language) {
      const shown = sectionsOf(before, language)
      const differing = Object.entries(sectionsOf(snapshot, language)).filter(([name, html]) => shown[name as keyof Sections] !== html)
      return differing.length === 0 ? ': the same\n\n' : frame(snapshot.number, differing)
    }
  }
}

function frame (id: number, sections: readonly (readonly [string, string])[]): string {
  return `id: ${id}\nevent: sections\ndata: ${JSON.stringify(Object.fromEntries(sections))}\n\n`
}
