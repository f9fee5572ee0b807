-- As the contract's ArtifactValidation; null = no validation was asked for.
alter table artifact_version add column validation jsonb;
alter table artifact_version drop column validated_as;
