"""The audit tables only grow: the database itself refuses updates, deletions and truncation."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION audit_next_number_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT last_number FROM audit_auditstream WHERE name = NEW.stream) THEN
    RAISE EXCEPTION 'audit event %#% is not the next of its stream', NEW.stream, NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_event_rows BEFORE UPDATE OR DELETE ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_auditevent
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_number BEFORE INSERT ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_next_number_only();
CREATE TRIGGER audit_seal_rows BEFORE UPDATE OR DELETE ON audit_auditseal
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_seal_truncate BEFORE TRUNCATE ON audit_auditseal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_event_rows;
ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_event_truncate;
ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_event_number;
ALTER TABLE audit_auditseal ENABLE ALWAYS TRIGGER audit_seal_rows;
ALTER TABLE audit_auditseal ENABLE ALWAYS TRIGGER audit_seal_truncate;
"""

BACKWARD = """
DROP TRIGGER audit_event_rows ON audit_auditevent;
DROP TRIGGER audit_event_truncate ON audit_auditevent;
DROP TRIGGER audit_event_number ON audit_auditevent;
DROP TRIGGER audit_seal_rows ON audit_auditseal;
DROP TRIGGER audit_seal_truncate ON audit_auditseal;
DROP FUNCTION audit_refuse_change();
DROP FUNCTION audit_next_number_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
