import type { SettingProblem } from './errors.ts';
import type { SettingName, Settings } from './settings.ts';

/** What is missing for a certificate by ACME, all of it. */
export function findAcmeProblems(values: Settings, sources: Record<SettingName, string>): SettingProblem[] {
  if (!values.preview_acme) return [];
  const wrong: [SettingName, boolean, string][] = [
    [
      'preview_domain',
      values.preview_domain === '',
      'must be set: preview_acme gets a certificate for the names below it',
    ],
    [
      'preview_acme_directory',
      values.preview_acme_directory === '',
      'must be the address of an ACME directory',
    ],
    [
      'preview_acme_terms_agreed',
      !values.preview_acme_terms_agreed,
      'must be true: read the terms of the certificate authority and agree to them',
    ],
    [
      'preview_acme_hook',
      values.preview_acme_hook === '',
      'must be a program that publishes DNS records: a certificate for all names of a domain is given in no other way',
    ],
    ...(['preview_acme_eab_kid', 'preview_acme_eab_key_file'] as const).map(
      (name, index, both): [SettingName, boolean, string] => [
        name,
        values[name] === '' && values[both[1 - index]!] !== '',
        `must be set with ${both[1 - index]}`,
      ],
    ),
    ...(['preview_tls_cert', 'preview_tls_key'] as const).map((name): [SettingName, boolean, string] => [
      name,
      values[name] !== '',
      'must be empty with preview_acme',
    ]),
  ];
  return wrong
    .filter(([, isWrong]) => isWrong)
    .map(([setting, , message]) => ({ setting, source: sources[setting], message }));
}
