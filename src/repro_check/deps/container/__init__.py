"""Container files made from a lock: small, pinned, without root, for CPU and GPU.

    from repro_check.deps.container import Form, plan_container, write_container

    plan = plan_container(source, Form.DOCKER, present=read)
    write_container(plan, root)

Nothing of the user is overwritten: a file that is there already stays, and the new one gets another
name.
"""

from __future__ import annotations

from repro_check.deps.container.model import ContainerPlan, Form, NewFile, Source
from repro_check.deps.container.planning import plan_container, write_container

__all__ = ["ContainerPlan", "Form", "NewFile", "Source", "plan_container", "write_container"]
