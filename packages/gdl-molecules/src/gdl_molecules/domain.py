"""What the entry point `molecules` names. Light: whatever needs torch or RDKit is named here, and imported on use."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="molecules",
    summary="new drug-like molecules, as SMILES, tables or structure files",
    object_name="molecule",
    representations={
        "smiles": "gdl_molecules.representations.smiles:SmilesTokens",
        "selfies": "gdl_molecules.representations.selfies:SelfiesTokens",
        "graph": "gdl_molecules.representations.graph:MolecularGraph",
    },
    recipes="gdl_molecules.recipes:RECIPES",
    read="gdl_molecules.files:read",
    standard_input="stdin.smi",
    identity="gdl_molecules.chemistry:canonical",
    collection="gdl_molecules.molecules:Molecules",
    evaluate="gdl_molecules.metrics:evaluate",
    draw="gdl_molecules.draw:grid",
    histograms="gdl_molecules.metrics:properties",
    neighbours="gdl_molecules.metrics.neighbours:neighbours",
    properties=("QED", "SA", "logP", "weight", "TPSA", "hbd", "hba", "rotatable", "rings", "heavy"),
    measure="gdl_molecules.measures:numbers",
    commands="gdl_molecules.commands:register",
    models="gdl_molecules.models",
    default_model="moses",
)
