"""By which name the runtime knows an account: short, its tenant's own, and the same in every process."""

from __future__ import annotations

from uuid import UUID

from forexai_core.live.marks import LONGEST_ACCOUNT, Marks
from forexai_core.ports.leases import Fence
from forexai_saas.storage.ids import new_id
from reference_app.features.brokers.naming import session_name

TENANT, ACCOUNT = UUID(int=1), UUID(int=2)


def test_a_name_fits_the_id_of_an_order_and_every_file_system():
    name = session_name(TENANT, ACCOUNT)
    assert len(name) == LONGEST_ACCOUNT
    assert name == name.lower()
    marks = Marks(name, Fence(resource=f"account:{name}", epoch=2**31, number=2**31), 0)
    assert marks.next().id.startswith(f"{name}-")


def test_a_name_is_the_same_in_every_process_and_another_for_every_tenant_and_account():
    assert session_name(TENANT, ACCOUNT) == "35yn4jg6l2hpmndwkmp7hmq6"
    assert session_name(ACCOUNT, TENANT) != session_name(TENANT, ACCOUNT)
    accounts = [(new_id(), new_id()) for _ in range(500)]
    assert len({session_name(*each) for each in accounts}) == 500
