import type { CreateUploadBody } from '@nullspace/contract';

/** `open` takes parts; `completing` is being published; the others are final. */
export type UploadStatus = 'open' | 'completing' | 'completed' | 'aborted' | 'expired' | 'failed';

export type FinalUploadStatus = Exclude<UploadStatus, 'open' | 'completing'>;

/** A resumable upload. Which of its parts have arrived is known by their files alone. */
export interface Upload {
  id: string;
  tenantId: string;
  /** Computer that it is for, whatever id its sandbox has by now. */
  executionId: string;
  kind: CreateUploadBody['kind'];
  sourceKind: CreateUploadBody['source_kind'];
  targetPath: string;
  user: string | null;
  contentLength: number;
  partSize: number;
  conflict: CreateUploadBody['conflict'];
  /** SHA-256 of all bytes, if the caller has named it. */
  wholeChecksum: string | null;
  status: UploadStatus;
  /** Bytes that are set aside for it; 0 when it has ended. */
  reservedBytes: number;
  publishedBytes: number | null;
  publishedFiles: number | null;
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
}

export type NewUpload = Omit<
  Upload,
  'status' | 'reservedBytes' | 'publishedBytes' | 'publishedFiles' | 'updatedAt'
>;

/** How much uploads may set aside. */
export interface UploadQuotas {
  /** Open uploads of one sandbox. */
  maxOpen: number;
  /** Bytes of one sandbox. */
  sandboxBytes: number;
  /** Bytes of all. */
  totalBytes: number;
}

export type InsertUploadResult =
  | { inserted: true; upload: Upload }
  /** Which quota it would exceed, and what is used of it. */
  | { inserted: false; quota: keyof UploadQuotas; used: number }
  /** The id is taken. */
  | { inserted: false; quota: undefined; upload: Upload };

export interface UploadChange {
  /** Only from one of these. */
  from: readonly UploadStatus[];
  status: UploadStatus;
  now: number;
  expiresAt?: number;
  wholeChecksum?: string;
  published?: { bytes: number; files: number };
}
