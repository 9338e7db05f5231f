import json
import sys
from importlib.metadata import version

import numpy
import sklearn
import xgboost

programs = [("Python", sys.version.split()[0]), ("XGBoost", xgboost.__version__), ("scikit-learn", sklearn.__version__), ("numpy", numpy.__version__)]
programs += [(name, version(name)) for name in ("dp-accounting", "opacus")]
for name, number in programs:
    print(json.dumps(f"{name} {number}"))
