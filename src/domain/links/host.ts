// A host sells in streams: the reseller itself, or somebody under it. Hosts are never deleted, so that what was sold stays somebody's.
import type { HostState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'

export interface Host {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly name: string
  /** Ten-thousandths of what buyers pay. */
  readonly commissionRate: number
  readonly state: HostState
  readonly createdAt: Date
  readonly updatedAt: Date
}
