-- Expressions: scope mappings of an installation's own, policies, what binds them to applications, and entitlements.

ALTER TABLE scope_mappings ADD COLUMN expression TEXT;

CREATE TABLE policies (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    expression TEXT NOT NULL
);
CREATE UNIQUE INDEX policies_name_key ON policies (name);

-- Exactly one of policy_id, group_id and user_id is set. A binding outlives the group or user that it names: it then lets
-- nobody in, where its absence would let everybody in.
CREATE TABLE policy_bindings (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    target_type TEXT NOT NULL,
    target TEXT NOT NULL,
    policy_id TEXT REFERENCES policies (id),
    group_id TEXT,
    user_id TEXT,
    binding_order BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    negate BIGINT NOT NULL,
    timeout_seconds BIGINT NOT NULL,
    failure_result BIGINT NOT NULL,
    dry_run BIGINT NOT NULL
);
CREATE INDEX policy_bindings_target ON policy_bindings (target);
CREATE INDEX policy_bindings_policy ON policy_bindings (policy_id);
CREATE INDEX policy_bindings_group ON policy_bindings (group_id);
CREATE INDEX policy_bindings_user ON policy_bindings (user_id);

-- What somebody may do in one application, by name.
CREATE TABLE entitlements (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX entitlements_name_key ON entitlements (application_id, name);

CREATE TABLE entitlement_users (
    entitlement_id TEXT NOT NULL REFERENCES entitlements (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (entitlement_id, user_id)
);
CREATE INDEX entitlement_users_user ON entitlement_users (user_id);

CREATE TABLE entitlement_groups (
    entitlement_id TEXT NOT NULL REFERENCES entitlements (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (entitlement_id, group_id)
);
CREATE INDEX entitlement_groups_group ON entitlement_groups (group_id);
