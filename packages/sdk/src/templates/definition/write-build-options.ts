import type { TemplateBuildRequest } from '@nullspace/contract';
import { InvalidRequestError } from '../../errors/state.ts';
import type { BuildOptions } from './build-options.ts';
import { texts } from './steps.ts';

type Fields = Pick<TemplateBuildRequest, 'name' | 'tags' | 'build_config' | 'build_backend' | 'skip_cache'>;

/** Name, tags and size on the wire. `nameOrRef` is `name` or `name:tag`. */
export function writeBuildOptions(nameOrRef: string | undefined, options: BuildOptions): Fields {
  const [name, tag] = (nameOrRef ?? '').split(':', 2);
  if (tag?.startsWith('tb_'))
    throw new InvalidRequestError(`${nameOrRef} names a build that exists: a build gets a name and tags.`);
  const tags = [...(tag ? [tag] : []), ...(options.tags ? texts('tags', options.tags) : [])];
  return {
    ...(name ? { name } : {}),
    ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
    build_config: {
      vcpus: options.vcpus ?? 2,
      memory_mib: options.memoryMb ?? 512,
      ...(options.diskMb === undefined ? {} : { disk_mb: options.diskMb }),
      ...(options.internetAccess === false ? { internet_access: false } : {}),
    },
    ...(options.buildBackend === undefined ? {} : { build_backend: options.buildBackend }),
    ...(options.skipCache ? { skip_cache: true } : {}),
  };
}
