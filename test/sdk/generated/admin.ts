// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Call } from '../../../sdk/src/call.ts'
import { Connection, type CallOptions } from '../../../sdk/src/connection.ts'
import { fileBytes, type FileBody } from '../../../sdk/src/files.ts'
import { Resource } from '../../../sdk/src/resource.ts'
import type {
  PutImportPartResult,
  PutLevelBody,
  PutLevelResult
} from './types.ts'

/** The operator API: setting up what resellers buy. */
export class KahubAdmin extends Connection {
  readonly imports = new ImportsResource(this)
  readonly levels = new LevelsResource(this)
}

export class ImportsResource extends Resource {
  /**
   * Send a part of a file.
   * PUT /admin/v1/imports/{id}/parts/{number}
   */
  putPart (
    id: string,
    number: number,
    body: FileBody,
    contentType: 'application/x-ndjson' | 'text/csv',
    options?: CallOptions
  ): Call<PutImportPartResult> {
    return this.connection.request('PUT', '/admin/v1/imports/{id}/parts/{number}', {
      ...options,
      path: { id, number },
      headers: { ...options?.headers, 'content-type': contentType },
      body: fileBytes(body)
    })
  }
}

export class LevelsResource extends Resource {
  /**
   * Make or change a level.
   * PUT /admin/v1/levels/{id}
   */
  put (id: string, body: PutLevelBody, options?: CallOptions): Call<PutLevelResult> {
    return this.connection.request('PUT', '/admin/v1/levels/{id}', { ...options, path: { id }, body })
  }
}
