-- What happened in each hour, counted from the audit log, for the charts of the dashboard.

CREATE TABLE activity (
    -- Hours since 1970.
    hour BIGINT NOT NULL,
    action TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (hour, action)
);

-- One row: the event up to which was counted.
CREATE TABLE activity_progress (
    id BIGINT PRIMARY KEY,
    counted_to TEXT NOT NULL
);
