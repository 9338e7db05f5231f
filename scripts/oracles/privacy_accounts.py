"""What dp-accounting and Opacus say of the settings in a JSON file. Prints one object per setting, in their order."""

import importlib.util
import json
import math
import sys
import warnings
from pathlib import Path

import dp_accounting
import numpy as np
from absl import logging
from dp_accounting import pld, rdp
from dp_accounting.pld import common, privacy_loss_mechanism


def opacus_rdp():
    """Opacus's module of Rényi divergences, loaded as a file: importing the package would ask for PyTorch."""
    folder = Path(importlib.util.find_spec("opacus").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("opacus_rdp", folder / "accountants" / "analysis" / "rdp.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OPACUS = opacus_rdp()
# That another order might be better, and which series did not converge.
warnings.simplefilter("ignore")
logging.set_verbosity(logging.ERROR)


def sampled(s):
    event = dp_accounting.SelfComposedDpEvent(dp_accounting.PoissonSampledDpEvent(s["q"], dp_accounting.GaussianDpEvent(s["sigma"])), s["steps"])
    google = rdp.RdpAccountant(s["orders"])
    google.compose(event)
    tight = pld.PLDAccountant()
    tight.compose(event)
    return {
        "opacus": [float(x) for x in OPACUS.compute_rdp(q=s["q"], noise_multiplier=s["sigma"], steps=s["steps"], orders=s["orders"])],
        # Infinite where its series has not converged, which happens at orders that are not whole.
        "google": [float(x) if math.isfinite(x) else None for x in google._rdp],
        "opacusEpsilon": float(OPACUS.get_privacy_spent(orders=s["orders"], rdp=OPACUS.compute_rdp(q=s["q"], noise_multiplier=s["sigma"], steps=s["steps"], orders=s["orders"]), delta=s["delta"])[0]),
        "epsilon": float(tight.get_epsilon(s["delta"])),
    }


def composed(distribution, s):
    return {"epsilon": float(distribution.self_compose(s["steps"]).get_epsilon_for_delta(s["delta"]))}


def concentrated(s):
    orders = 1 + np.exp(np.linspace(-6, 12, 20_000))
    epsilon, _ = rdp.compute_epsilon(orders, orders * s["rho"], s["delta"])
    return {"epsilon": float(epsilon)}


def gaussian(s):
    loss = privacy_loss_mechanism.GaussianPrivacyLoss.from_privacy_guarantee(common.DifferentialPrivacyParameters(s["epsilon"], s["delta"]))
    return {"sigma": float(loss.standard_deviation)}


SAYS = {
    "sampled": sampled,
    "laplace": lambda s: composed(pld.privacy_loss_distribution.from_discrete_laplace_mechanism(s["epsilon"] / s["sensitivity"], s["sensitivity"]), s),
    "gauss": lambda s: composed(pld.privacy_loss_distribution.from_discrete_gaussian_mechanism(s["sigma"], s["sensitivity"]), s),
    "rho": concentrated,
    "gaussian": gaussian,
}

for setting in json.loads(Path(sys.argv[1]).read_text()):
    said = SAYS[setting["kind"]](setting)
    print(json.dumps(said, allow_nan=False))
