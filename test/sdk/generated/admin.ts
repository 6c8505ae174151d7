// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import { Connection, segment, type CallOptions } from '../../../sdk/src/connection.ts'
import { fileBytes, type FileBody } from '../../../sdk/src/files.ts'
import type { KahubOptions } from '../../../sdk/src/options.ts'
import type {
  PutImportPartResult,
  PutLevelBody,
  PutLevelResult
} from './types.ts'

/** The operator API: setting up what resellers buy. */
export class KahubAdmin extends Connection {
  readonly imports: ImportsResource
  readonly levels: LevelsResource

  constructor (options: KahubOptions) {
    super(options, '2026-11-21')
    this.imports = new ImportsResource(this)
    this.levels = new LevelsResource(this)
  }
}

export class ImportsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Send a part of a file.
   * PUT /admin/v1/imports/{id}/parts/{number}
   */
  async putPart (
    id: string,
    number: number,
    body: FileBody,
    contentType: 'application/x-ndjson' | 'text/csv',
    options?: CallOptions
  ): Promise<PutImportPartResult> {
    return this.#connection.request('PUT', `/admin/v1/imports/${segment(id)}/parts/${segment(number)}`, {
      ...options,
      headers: { ...options?.headers, 'content-type': contentType },
      body: await fileBytes(body)
    })
  }
}

export class LevelsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Make or change a level.
   * PUT /admin/v1/levels/{id}
   */
  async put (id: string, body: PutLevelBody, options?: CallOptions): Promise<PutLevelResult> {
    return this.#connection.request('PUT', `/admin/v1/levels/${segment(id)}`, { ...options, body })
  }
}
