import * as z from 'zod';
import { environmentName, flagName } from './names.ts';
import { type SettingName, settingNames, settings } from './settings.ts';

/** A setting as documentation and `nullspace config` show it. */
export interface SettingDescription {
  name: SettingName;
  flag: string;
  environment: string;
  type: 'text' | 'integer' | 'number' | 'boolean';
  default: string | number | boolean;
  description: string;
  minimum?: number;
  maximum?: number;
  /** The only values allowed. */
  choices?: string[];
}

/** All settings in the order of the documentation. */
export function describeSettings(): SettingDescription[] {
  const schema = z.toJSONSchema(settings, { io: 'output', unrepresentable: 'any' });
  return settingNames.map((name) => {
    const property = schema.properties![name] as z.core.JSONSchema.JSONSchema;
    return {
      name,
      flag: flagName(name),
      environment: environmentName(name),
      type: kindOf(property),
      default: property.default as string | number | boolean,
      description: property.description ?? '',
      ...(property.minimum !== undefined && { minimum: property.minimum }),
      // The safe-integer bound of every whole number says nothing about the setting.
      ...(property.maximum !== undefined &&
        property.maximum < Number.MAX_SAFE_INTEGER && { maximum: property.maximum }),
      ...(property.enum && { choices: property.enum as string[] }),
    };
  });
}

function kindOf(property: z.core.JSONSchema.JSONSchema): SettingDescription['type'] {
  if (property.type === 'integer' || property.type === 'number' || property.type === 'boolean')
    return property.type;
  return 'text';
}
