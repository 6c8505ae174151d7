import type { Uuid } from '../../../base/ids.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'
import { traitKey, type Pieces, type StartTrait } from './decide-starts.ts'

/** Who buys through a link, by what tells buyers apart. */
export interface BuyerOnLink {
  readonly linkId: Uuid
  readonly contactHash: Uuid
  readonly deviceHash: Uuid | null
  readonly networkHash: Uuid
}

/** What buyers have bought or are paying for on a link, by contact, by device and by address range. */
export async function countPieces (read: Reader, buyers: readonly BuyerOnLink[]): Promise<Map<string, Pieces>> {
  const [contacts, devices, networks] = [
    distinct(buyers.map(({ linkId, contactHash }) => [linkId, contactHash])),
    distinct(buyers.flatMap(({ linkId, deviceHash }) => deviceHash === null ? [] : [[linkId, deviceHash] as const])),
    distinct(buyers.map(({ linkId, networkHash }) => [linkId, networkHash]))
  ]
  const rows = await read<(Pieces & { readonly trait: StartTrait, readonly linkId: Uuid, readonly hash: Uuid })[]>`
    select 'contact' as trait, at_link as "linkId", by_hash as hash, own.*
    from unnest(${linksOf(contacts)}::uuid[], ${hashesOf(contacts)}::uuid[]) as want (at_link, by_hash),
      lateral (
        select coalesce(sum(quantity), 0)::int as all, coalesce(sum(quantity) filter (where state = 'open'), 0)::int as open
        from checkouts where link_id = at_link and contact_hash = by_hash and state in ('open', 'completed')
      ) as own
    union all
    select 'device', at_link, by_hash, own.*
    from unnest(${linksOf(devices)}::uuid[], ${hashesOf(devices)}::uuid[]) as want (at_link, by_hash),
      lateral (
        select coalesce(sum(quantity), 0)::int, coalesce(sum(quantity) filter (where state = 'open'), 0)::int
        from checkouts where link_id = at_link and device_hash = by_hash and device_hash is not null and state in ('open', 'completed')
      ) as own
    union all
    select 'network', at_link, by_hash, own.*
    from unnest(${linksOf(networks)}::uuid[], ${hashesOf(networks)}::uuid[]) as want (at_link, by_hash),
      lateral (
        select coalesce(sum(quantity), 0)::int, coalesce(sum(quantity) filter (where state = 'open'), 0)::int
        from checkouts where link_id = at_link and network_hash = by_hash and state in ('open', 'completed')
      ) as own`.execute()
  return new Map(rows.map(({ trait, linkId, hash, all, open }) => [traitKey(linkId, trait, hash), { all, open }]))
}

type OnLink = readonly [linkId: Uuid, hash: Uuid]

function distinct (pairs: readonly OnLink[]): readonly OnLink[] {
  return [...new Map(pairs.map(pair => [pair.join(' '), pair])).values()]
}

function linksOf (pairs: readonly OnLink[]): string {
  return bareArray(pairs.map(([linkId]) => linkId))
}

function hashesOf (pairs: readonly OnLink[]): string {
  return bareArray(pairs.map(([, hash]) => hash))
}
