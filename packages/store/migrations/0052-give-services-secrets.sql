-- Services are given secrets. Revisions of before name none; how many instances a service keeps left the revision.
update service_revision set spec = (spec - 'minInstances') || '{"secrets": []}';
