import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

/** The id of the link with this slug; undefined when there is none. */
export async function findLink (read: Reader, slug: string): Promise<Uuid | undefined> {
  const [link] = await read<{ id: Uuid }[]>`select id from links where slug = ${slug}`
  return link?.id
}
