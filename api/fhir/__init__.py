"""HL7 FHIR R4 (4.0.1): from our states and events to resources, and back. Pure functions; routes are beside others."""
